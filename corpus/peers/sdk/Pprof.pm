package Pprof;

# gperftools' pprof and jemalloc's jeprof are two versions of one script. Their adapters load the
# script without its last step and call ParseLibraries(). It reads the MAPPED_LIBRARIES section of a
# profile, which is a copy of /proc/PID/maps.

use strict;
use warnings;
use Exporter qw(import);
use Protocol;
our @EXPORT = qw(pprof);

my $NO_PROGRAM = '/nonexistent';

sub pprof {
    my ($script) = @_;
    # The script starts at once. With --version it would exit; the exit is caught here, and its
    # output is kept out of the answers.
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
    # The address width, which it otherwise reads from the program's ELF header.
    $main::address_length = 16;
    return serve(
        $answers,
        prepare => sub { return slurp($_[0]->{path}) },
        call => sub { return main::ParseLibraries($NO_PROGRAM, $_[0], {}) },
        convert => sub {
            my ($found) = @_;
            # The last one is the program itself, from 0 to the highest address asked for.
            return [map { record($_) } @$found[0 .. $#$found - 1]];
        },
    );
}

sub record {
    my ($library) = @_;
    my ($name, $start, $end, $offset) = @$library;
    return {name => column($name), start => $start, end => $end, offset => $offset};
}

1;
