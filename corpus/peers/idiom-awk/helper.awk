# Print the fields: the name is the sixth.
{
    split($1, address, "-")
    printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", address[1], address[2], $2, $3, $4, $5, $6
}
