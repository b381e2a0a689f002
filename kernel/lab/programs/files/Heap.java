/** A heap of 16 MiB, collected once. */
public class Heap {
    public static void main(String[] arguments) throws Exception {
        byte[][] blocks = new byte[16][];
        for (int i = 0; i < 16; i++)
            blocks[i] = new byte[1 << 20];
        System.gc();
        new java.io.File("/run/ready").createNewFile();
        Thread.sleep(3600000);
    }
}
