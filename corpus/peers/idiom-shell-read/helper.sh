# Print the columns that read puts into variables.
while read -r address perms offset device inode name; do
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "${address%-*}" "${address#*-}" "$perms" "$offset" \
        "$device" "$inode" "$name"
done < "$1"
