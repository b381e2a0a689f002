#!/bin/busybox sh
# Runs one program of the disk and prints a tar archive of what /proc shows of its processes.
#
#     guest.sh NAME SECONDS COMMAND[:COMMAND...]
#
# /programs/NAME.sh starts the program, and makes /run/ready once it is ready. COMMAND is the name of
# a process in /proc/PID/comm; the first process of each name is read. All processes are stopped
# before the first read, so that maps and smaps are of one moment.
name=$1 limit=$2 commands=$3
exec 3>&1 >/tmp.log 2>&1
PATH=/bin:/sbin
busybox --install -s /bin
root=/system
if ! [ -d $root/proc/self ]; then
    mkdir -p /disk /changes $root
    mount -t devtmpfs devtmpfs /dev
    mount -t squashfs -o ro /dev/vda /disk || exit 1
    mount -t tmpfs tmpfs /changes
    mkdir /changes/upper /changes/work
    mount -t overlay -o lowerdir=/disk,upperdir=/changes/upper,workdir=/changes/work overlay $root
    # The disk has no contents of these.
    mkdir -p $root/proc $root/sys $root/dev $root/tmp $root/run
    mount -t proc proc $root/proc
    mount -t sysfs sysfs $root/sys
    mount -t devtmpfs devtmpfs $root/dev
    mkdir -p $root/dev/pts $root/dev/shm $root/programs
    mount -t devpts devpts $root/dev/pts
    mount -t tmpfs tmpfs $root/dev/shm
    mount -t tmpfs tmpfs $root/tmp
    mount -t tmpfs tmpfs $root/run
    mkdir -p $root/sys/fs/cgroup
    mount -t cgroup2 cgroup2 $root/sys/fs/cgroup
    mount --bind /programs $root/programs
    ifconfig lo 127.0.0.1 up
    hostname lab
fi
rm -rf /out $root/run/ready
mkdir /out
export HOME=/tmp LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
setsid chroot $root /bin/sh /programs/$name.sh </dev/null >/out/log 2>&1 3>&- &
program=$!
waited=0
until [ -e $root/run/ready ]; do
    waited=$((waited + 1))
    [ $waited -lt $limit ] && kill -0 $program || break
    sleep 1
done
export PATH=/bin:/sbin
echo $waited >/out/waited
own=" 1 $PPID $$ "
others() {
    for folder in /proc/[0-9]*; do
        pid=${folder#/proc/}
        case "$own" in *" $pid "*) continue ;; esac
        # Threads of the kernel have no command line and no memory.
        [ -n "$(tr -d '\0' <$folder/cmdline)" ] && echo $pid
    done
}
# A process's name, with the kind of process after it that Chromium gives as an option.
name_of() {
    # Chromium joins its command line with blanks.
    kind=$(tr '\0 ' '\n\n' </proc/$1/cmdline | sed -n 's/^--type=/-/p')
    echo "$(tr ' /' '__' </proc/$1/comm)$kind"
}
started=$(others)
kill -STOP $started
for pid in $started; do
    comm=$(name_of $pid)
    echo "$pid $comm $(tr '\0' ' ' </proc/$pid/cmdline)" >>/out/processes
done
for wanted in $(echo $commands | tr : ' '); do
    for pid in $started; do
        comm=$(name_of $pid)
        if [ "$comm" = "$wanted" ] && ! [ -e /out/$comm.maps ]; then
            for kind in maps smaps smaps_rollup; do
                # Read in the chroot, or all paths would start with its folder.
                chroot $root /bin/cat /proc/$pid/$kind >/out/$comm.$kind
            done
        fi
    done
done
kill -KILL $started
tar -c -C /out . >&3
