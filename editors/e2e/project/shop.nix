{ tax ? 19 }:
{
  # What a customer pays.
  gross =
    net:
    let
      extra = net * tax / 100;
    in
    net + extra;
}
