let
  double = x: x * 2;
  numbers = map (n: double n + offset) [ 1 2 3 ];
  offset = 10;
  sum = builtins.foldl' (a: b: a + b) 0 numbers;
in
{
  inherit sum;
  text = "the sum is ${toString sum}";
}
