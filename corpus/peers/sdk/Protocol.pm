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

# Answer every request on standard input. If the peer dies, its message is the refusal.
sub serve {
    my ($answers, $parse) = @_;
    while (my $line = <STDIN>) {
        my $request = $json->decode($line);
        my $answer = {id => $request->{id}};
        my $records = eval { $parse->($request) };
        if (defined $records) { $answer->{answer} = $records }
        else { $answer->{rejected} = "$@" }
        print {$answers} $json->encode($answer), "\n";
    }
    return;
}

1;
