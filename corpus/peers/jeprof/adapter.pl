# jemalloc: jeprof, which keeps shared libraries that can be executed.
use strict;
use warnings;
use Pprof;

pprof('/usr/bin/jeprof');
