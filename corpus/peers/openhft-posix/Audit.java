import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import net.openhft.posix.Mapping;
import net.openhft.posix.ProcMaps;

/** Print what OpenHFT's posix returns for one process. */
final class Audit {
    private static void print(String member, Object value) {
        String text = value == null ? "" : value.toString();
        System.out.print(member + "=" + HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)) + " ");
    }

    public static void main(String[] args) throws Exception {
        for (Mapping mapping : ProcMaps.forPID(Integer.parseInt(args[2])).list()) {
            print("start", Long.toHexString(mapping.addr()));
            print("size", mapping.length());
            print("perms", mapping.perms());
            print("offset", Long.toHexString(mapping.offset()));
            print("device", mapping.device());
            print("inode", Long.toUnsignedString(mapping.inode()));
            print("name", mapping.path());
            System.out.println();
        }
    }
}
