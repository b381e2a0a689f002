# Print the sum of all lines of Pss.
/Pss/ { sum += $2 }
END { print sum + 0 }
