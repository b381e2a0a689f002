<?php
// A large allocation, a fiber, and code that the JIT compiler compiles.
function work($n) {
    $sum = 0;
    for ($i = 0; $i < $n; $i++) {
        $sum += $i;
    }
    return $sum;
}
work(100000);
$large = str_repeat("x", 8 << 20);
$fiber = new Fiber(function () { Fiber::suspend(); });
$fiber->start();
touch("/run/ready");
sleep(3600);
