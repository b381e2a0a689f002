import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.util.ProcfsBasedProcessTree;

/** Print what Hadoop YARN keeps of each mapping of one process. */
final class Audit extends ProcfsBasedProcessTree {
    private Audit(String pid) {
        super(pid);
    }

    private static Object get(Object of, String name) throws ReflectiveOperationException {
        var field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    private static void print(String member, Object value) {
        byte[] bytes = value.toString().getBytes(StandardCharsets.UTF_8);
        System.out.print(member + "=" + HexFormat.of().formatHex(bytes) + " ");
    }

    private static void show(String pid) throws ReflectiveOperationException {
        Audit tree = new Audit(pid);
        Configuration settings = new Configuration(false);
        settings.set("yarn.nodemanager.container-monitor.procfs-tree.smaps-based-rss.enabled", "true");
        tree.setConf(settings);
        tree.updateProcessTree();
        for (Object mapping : (List<?>) get(tree.processSMAPTree.get(pid), "memoryInfoList")) {
            print("perms", get(mapping, "permission"));
            print("usage.Size", get(mapping, "size"));
            print("usage.Rss", get(mapping, "rss"));
            print("usage.Pss", get(mapping, "pss"));
            print("usage.Shared_Clean", get(mapping, "sharedClean"));
            print("usage.Shared_Dirty", get(mapping, "sharedDirty"));
            print("usage.Private_Clean", get(mapping, "privateClean"));
            print("usage.Private_Dirty", get(mapping, "privateDirty"));
            print("usage.Referenced", get(mapping, "referenced"));
            print("usage.Anonymous", get(mapping, "anonymous"));
            System.out.println();
        }
    }

    /** The superclass has a main() without exceptions. */
    public static void main(String[] args) {
        try {
            show(args[2]);
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }
}
