let
  shop = import ./shop.nix { tax = 7; };
  prices = map shop.gross [ 100 200 300 ];
  total = builtins.foldl' (sum: price: sum + price) 0 prices;
in
{
  inherit total;
  label = "total: ${toString total}";
  part.count = builtins.length prices;
}
