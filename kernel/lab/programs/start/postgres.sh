export GLIBC_TUNABLES=glibc.mem.decorate_maps=1
mkdir -p /run/pg
chown postgres /run/pg
programs=$(ls -d /usr/lib/postgresql/*/bin)
as_postgres() {
    su postgres -s /bin/sh -c "GLIBC_TUNABLES=$GLIBC_TUNABLES $*"
}
as_postgres $programs/initdb -D /run/pg/data >/dev/null
as_postgres $programs/postgres -D /run/pg/data -k /run/pg &
until as_postgres $programs/pg_isready -h /run/pg; do
    sleep 2
done
touch /run/ready
wait
