# The shop as it is tried out: on the port after that of production.
final: prev: {
  shop = prev.shop // {
    version = "1.5-rc1";
    port = prev.shop.port + 1;
  };
}
