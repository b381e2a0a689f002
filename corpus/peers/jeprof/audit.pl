# Print the libraries that jeprof finds in one dump. It is a script, run without its last step.
use strict;
use warnings;

sub content { open my $file, '<:raw', $_[0] or die; local $/; return scalar(<$file>) // '' }

my $script = content('/usr/bin/jeprof');
$script =~ s/^Main\(\);$//m or die 'no last step';
{ package main; no strict; no warnings; eval $script; die $@ if $@ }    ## no critic
my $found = main::ParseLibraries('/nowhere', content($ARGV[0]), {});
pop @$found;    # the program itself
for my $library (@$found) {
    my ($name, $start, $end, $offset) = @$library;
    my %texts = (name => $name, start => $start, end => $end, offset => $offset);
    print join(' ', map { "$_=" . unpack('H*', $texts{$_}) } sort keys %texts), "\n";
}
