{
  description = "A module system in a page";

  outputs =
    { self }:
    {
      lib = import ./modules.nix;
    };
}
