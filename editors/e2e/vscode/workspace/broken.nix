let
  greeting = "hello";
in
greeting + nobody
