import java.util.List;
import java.util.Map;
import net.openhft.posix.Mapping;
import net.openhft.posix.ProcMaps;

/** OpenHFT's posix: ProcMaps.forPID(). */
final class Adapter {
    private static Map<String, String> record(Mapping mapping) {
        return Map.of(
                "start", Protocol.hex(mapping.addr()),
                "size", Long.toString(mapping.length()),
                "perms", Protocol.quoted(mapping.perms()),
                "offset", Protocol.hex(mapping.offset()),
                "device", Protocol.quoted(mapping.device()),
                "inode", Protocol.quoted(Long.toUnsignedString(mapping.inode())),
                "name", Protocol.column(mapping.path() == null ? "" : mapping.path()));
    }

    public static void main(String[] args) throws Exception {
        Protocol.serve(
                pid -> ProcMaps.forPID(pid).list(),
                mappings -> mappings.stream().map(Adapter::record).toList());
    }
}
