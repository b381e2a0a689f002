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

    interface Parser {
        List<Map<String, String>> parse(int pid) throws Exception;
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

    /** Return permissions for JSON. Other text becomes a valid answer that is wrong. */
    static String perms(String text) {
        return quoted(text.length() == 3 || text.length() == 4 ? text : (text + "????").substring(0, 4));
    }

    /** Return a device for JSON, likewise: no device number has more than 20 bits. */
    static String device(String text) {
        return quoted(text.matches("[0-9a-f]+:[0-9a-f]+") ? text : "ffffffff:ffffffff");
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

    /** Answer every request. An exception is a refusal. An error ends the program, which is a crash. */
    static void serve(Parser parser) throws IOException {
        int pid = Integer.parseInt(System.getenv("PROCMAPS_DECOY_PID"));
        PrintStream answers = System.out;
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
            String answer;
            try {
                answer = "\"answer\": [" + String.join(", ", parser.parse(pid).stream().map(Protocol::json).toList()) + "]";
            } catch (Exception refusal) {
                answer = "\"rejected\": " + quoted(refusal.toString());
            }
            answers.println("{\"id\": " + quoted(id) + ", " + answer + "}");
            answers.flush();
        }
    }
}
