package Protocol;

# The batch form of docs/protocol.md, for adapters in Perl.

use strict;
use warnings;
use JSON::PP;
use MIME::Base64 qw(encode_base64);
use Exporter qw(import);
our @EXPORT = qw(answers column serve slurp);

my $json = JSON::PP->new->ascii->canonical;

# Return a name for JSON without losing a byte.
sub column { return {base64 => encode_base64($_[0], '')} }

# Return the bytes of a file.
sub slurp {
    open my $file, '<:raw', $_[0] or die "$_[0]: $!\n";
    local $/;
    return scalar <$file> // '';
}

# Return standard output for the answers, and redirect everything else to standard error.
sub answers {
    open my $answers, '>&', \*STDOUT or die $!;
    open STDOUT, '>&', \*STDERR or die $!;
    $answers->autoflush(1);
    return $answers;
}

# Answer every request on standard input, in three phases:
#
#   prepare   makes what the parser needs
#   call      is the parser's own call, and nothing else
#   convert   makes records of what the parser returned
#
# Only if the call dies, its message is a refusal, and only there an exit is a crash of the parser.
# Everything else is a fault of the adapter.
sub serve {
    my ($answers, %phases) = @_;
    while (my $line = <STDIN>) {
        my $request = $json->decode($line);
        my $tell = sub {
            my ($member, $value) = @_;
            print {$answers} $json->encode({id => $request->{id}, $member => $value}), "\n";
        };
        my $prepared;
        if (!eval { $prepared = $phases{prepare}->($request); 1 }) {
            $tell->('adapter-fault', "$@");
            next;
        }
        $tell->('phase', 'call');
        my $returned;
        if (!eval { $returned = $phases{call}->($prepared); 1 }) {
            $tell->('rejected', "$@");
            next;
        }
        $tell->('phase', 'convert');
        my $records;
        if (!eval { $records = $phases{convert}->($returned); 1 }) {
            $tell->('adapter-fault', "$@");
            next;
        }
        $tell->('answer', $records);
    }
    return;
}

1;
