cat >/tmp/heap.ml <<'END'
let domain = Domain.spawn (fun () -> Unix.sleep 3600)
let list = List.init 100000 (fun i -> string_of_int i)
let () = close_out (open_out "/run/ready"); Unix.sleep 3600; ignore list; Domain.join domain
END
exec ocaml -I +unix unix.cma /tmp/heap.ml
