# gperftools: google-pprof, which keeps shared libraries that can be executed.
use strict;
use warnings;
use Pprof;

pprof('/usr/bin/google-pprof');
