# Ends the servers of a JVM that was killed and so could not end them itself. Reads "+ PID" for a server that
# runs and "- PID" for one that has ended; when the input ends, the JVM is gone. A process that is no Redis by
# then has got the number of one that was.
trap '' INT TERM HUP
running=
while read -r what pid; do
  others=
  for other in $running; do
    [ "$other" = "$pid" ] || others="$others $other"
  done
  case $what in
    +) running="$others $pid" ;;
    -) running=$others ;;
  esac
done
for pid in $running; do
  case $(cat "/proc/$pid/comm" 2>/dev/null || ps -o comm= -p "$pid" 2>/dev/null) in
    *redis*) kill -KILL "$pid" ;;
  esac
done
