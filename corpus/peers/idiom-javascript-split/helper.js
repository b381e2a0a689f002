// Print the columns that split returns.
const fs = require("fs");

for (const line of fs.readFileSync(process.argv[2], "utf8").split("\n")) {
  if (!line) continue;
  const [address, perms, offset, device, inode, name] = line.split(/\s+/);
  const [start, end] = address.split("-");
  console.log([start, end, perms, offset, device, inode, name ?? ""].join("\t"));
}
