# jemalloc: jeprof, which keeps executable shared libraries.
use strict;
use warnings;
use Pprof;

pprof('/usr/bin/jeprof');
