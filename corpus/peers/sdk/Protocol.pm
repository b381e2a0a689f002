package Protocol;

# What the adapters written in Perl share: the batch form of docs/protocol.md.

use strict;
use warnings;
use JSON::PP;
use MIME::Base64 qw(encode_base64);
use Exporter qw(import);
our @EXPORT = qw(answers column serve slurp);

my $json = JSON::PP->new->ascii->canonical;

# Put a name into JSON without losing a byte.
sub column { return {base64 => encode_base64($_[0], '')} }

# The bytes of a file.
sub slurp {
    open my $file, '<:raw', $_[0] or die "$_[0]: $!\n";
    local $/;
    return scalar <$file> // '';
}

# Where answers go: standard output, with whatever else is printed there led away from it.
sub answers {
    open my $answers, '>&', \*STDOUT or die $!;
    open STDOUT, '>&', \*STDERR or die $!;
    $answers->autoflush(1);
    return $answers;
}

# Answer every request on standard input; what the peer dies of is its refusal.
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
