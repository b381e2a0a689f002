import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.util.ProcfsBasedProcessTree;

/** Hadoop YARN: ProcfsBasedProcessTree, by which a node measures its containers, with smaps. */
final class Adapter {
    private static final Map<String, String> FIELDS = new TreeMap<>(Map.of(
            "Size", "getSize", "Rss", "getRss", "Pss", "getPss", "Shared_Clean", "getSharedClean",
            "Shared_Dirty", "getSharedDirty", "Private_Clean", "getPrivateClean",
            "Private_Dirty", "getPrivateDirty", "Referenced", "getReferenced",
            "Anonymous", "getAnonymous"));

    /** A tree that gives what it keeps of each mapping. */
    private static final class Tree extends ProcfsBasedProcessTree {
        private final String pid;

        private Tree(String pid) {
            super(pid);
            this.pid = pid;
        }

        private List<?> mappings() {
            return (List<?>) get(processSMAPTree.get(pid), "getMemoryInfoList");
        }
    }

    /** Call a method of a class that only its own package can name. */
    private static Object get(Object object, String name) {
        try {
            Method method = object.getClass().getDeclaredMethod(name);
            method.setAccessible(true);
            return method.invoke(object);
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    private static Map<String, String> record(Object mapping) {
        List<String> usage = new ArrayList<>();
        FIELDS.forEach((key, getter) -> usage.add("\"" + key + "\": " + get(mapping, getter)));
        return Map.of(
                "perms", Protocol.quoted((String) get(mapping, "getPermission")),
                "usage", "{" + String.join(", ", usage) + "}");
    }

    public static void main(String[] arguments) throws Exception {
        Configuration settings = new Configuration(false);
        settings.setBoolean(YarnConfiguration.PROCFS_USE_SMAPS_BASED_RSS_ENABLED, true);
        Tree tree = new Tree(System.getenv("PROCMAPS_DECOY_PID"));
        tree.setConf(settings);
        Protocol.serve(
                pid -> {
                    tree.updateProcessTree();
                    return tree;
                },
                returned -> returned.mappings().stream().map(Adapter::record).toList());
    }
}
