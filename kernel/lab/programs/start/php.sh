exec php8.4 -d opcache.enable_cli=1 -d opcache.jit=tracing -d opcache.jit_buffer_size=16M \
    -d opcache.memory_consumption=16 /programs/files/heap.php
