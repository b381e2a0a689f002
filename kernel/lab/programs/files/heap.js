// A heap, and a function that the JIT compiler compiles. The last line depends on the engine.
const blocks = [];
for (let i = 0; i < 100; i++)
    blocks.push({number: i, text: "x".repeat(1000 + i), list: new Array(1000).fill(i)});
function work(n) {
    let sum = 0;
    for (let i = 0; i < n; i++)
        sum += i % 7;
    return sum;
}
for (let i = 0; i < 50; i++)
    work(20000);
