# Print the columns that split returns.
use strict;
use warnings;

open my $maps, '<', $ARGV[0] or die "$ARGV[0]: $!\n";
while (my $line = <$maps>) {
    chomp $line;
    my ($address, $perms, $offset, $device, $inode, $name) = split /\s+/, $line;
    my ($start, $end) = split /-/, $address;
    print join("\t", $start, $end, $perms, $offset, $device, $inode, $name // ''), "\n";
}
