export GLIBC_TUNABLES=glibc.mem.decorate_maps=1
exec /usr/lib/jvm/java-25-openjdk-amd64/bin/java -Xmx256m /programs/files/Heap.java
