package Pprof;

# gperftools' pprof and jemalloc's jeprof are one script with two histories. What their adapters
# share: the script without its last step, and ParseLibraries(), which reads the MAPPED_LIBRARIES
# section of a profile: a copy of /proc/PID/maps.

use strict;
use warnings;
use Exporter qw(import);
use Protocol;
our @EXPORT = qw(pprof);

my $NO_PROGRAM = '/nonexistent';

sub pprof {
    my ($script) = @_;
    # The script begins to work at once. Asked for its version it would leave: it is kept here, and
    # what it prints is kept from the answers.
    my $answers = answers();
    no warnings qw(once redefine);
    local *CORE::GLOBAL::exit = sub { die "exit\n" };
    local @ARGV = ('--version');
    {
        package main;
        no strict;
        no warnings;
        eval Protocol::slurp($script);    ## no critic: the script as it was installed
    }
    die $@ if $@ ne "exit\n";
    # The address width: what it finds out from the program's ELF head.
    $main::address_length = 16;
    return serve($answers, sub {
        my ($request) = @_;
        my $found = main::ParseLibraries($NO_PROGRAM, slurp($request->{path}), {});
        pop @$found;    # the program itself, from 0 to the highest address asked for
        return [map { record($_) } @$found];
    });
}

sub record {
    my ($library) = @_;
    my ($name, $start, $end, $offset) = @$library;
    return {name => column($name), start => $start, end => $end, offset => $offset};
}

1;
