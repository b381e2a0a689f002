import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The batch form of docs/protocol.md, for adapters in Java. */
final class Protocol {
    /** The runner sends ids, numbers and its own paths only, so no value has an escape. */
    private static final Pattern MEMBER = Pattern.compile("\"(\\w+)\": *(?:\"([^\"\\\\]*)\"|(\\d+))");

    /** The parser's own call, and nothing else. A stream must be run to its end in it. */
    interface Call<Returned> {
        Returned on(int pid) throws Exception;
    }

    /** Records from what the parser returned. */
    interface Conversion<Returned> {
        List<Map<String, String>> of(Returned returned);
    }

    /** Return a name for JSON: its bytes as Java would write them to a file. */
    static String column(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return "{\"base64\": \"" + Base64.getEncoder().encodeToString(bytes) + "\"}";
    }

    static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            json.append(c < ' ' || c == '"' || c == '\\' || c > '~' ? String.format("\\u%04x", (int) c) : "" + c);
        }
        return json.append('"').toString();
    }

    static String hex(long value) {
        return quoted(Long.toHexString(value));
    }

    /** Write a dump to the decoy's files (see overlay.py), in place: a new file would not be mounted. */
    private static void overlay(String dump, String kind) throws IOException {
        Path folder = Path.of(System.getenv("PROCMAPS_DECOY_FILES"));
        for (String each : List.of("maps", "smaps", "smaps_rollup")) {
            try (OutputStream file = Files.newOutputStream(folder.resolve(each))) {
                if (each.equals(kind)) {
                    Files.copy(Path.of(dump), file);
                }
            }
        }
    }

    private static String json(Map<String, String> record) {
        StringBuilder json = new StringBuilder("{");
        record.forEach((member, value) -> json.append(json.length() > 1 ? ", " : "").append(quoted(member)).append(": ").append(value));
        return json.append('}').toString();
    }

    private static void tell(PrintStream answers, String id, String member, String value) {
        answers.println("{\"id\": " + quoted(id) + ", " + quoted(member) + ": " + value + "}");
        answers.flush();
    }

    /** Whether a line of the adapter threw it, not one of the parser or of Java below the parser. */
    private static boolean isOwn(Exception error) {
        for (StackTraceElement frame : error.getStackTrace()) {
            if (frame.getModuleName() == null) {
                return frame.getClassName().startsWith("Adapter") || frame.getClassName().startsWith("Protocol");
            }
        }
        return true;
    }

    /**
     * Answer every request. Only an exception out of the call is a refusal, and only an error or an
     * exit there is a crash of the parser. Everything else is a fault of the adapter.
     */
    static <Returned> void serve(Call<Returned> call, Conversion<Returned> convert) throws IOException {
        int pid = Integer.parseInt(System.getenv("PROCMAPS_DECOY_PID"));
        // Output of a peer must not mix with the answers.
        PrintStream answers = System.out;
        System.setOut(System.err);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = requests.readLine()) != null; ) {
            String id = "", kind = "", path = "";
            for (Matcher member = MEMBER.matcher(line); member.find(); ) {
                switch (member.group(1)) {
                    case "id" -> id = member.group(2);
                    case "kind" -> kind = member.group(2);
                    case "path" -> path = member.group(2);
                    default -> { }
                }
            }
            overlay(path, kind);
            tell(answers, id, "phase", quoted("call"));
            Returned returned;
            try {
                returned = call.on(pid);
            } catch (Exception refusal) {
                tell(answers, id, isOwn(refusal) ? "adapter-fault" : "rejected", quoted(refusal.toString()));
                continue;
            }
            // A throwable from here on ends the program outside the call.
            tell(answers, id, "phase", quoted("convert"));
            tell(answers, id, "answer", "[" + String.join(", ", convert.of(returned).stream().map(Protocol::json).toList()) + "]");
        }
    }
}
