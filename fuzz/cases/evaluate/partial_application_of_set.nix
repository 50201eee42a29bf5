builtins.map (x: x { }) [ ({ a ? 1 }: a) (builtins.add 1) { __functor = self: y: y; } ]
