# A file from the network, as a build that the store itself knows how to do. Every attribute here goes into the
# derivation, and so into the path of the file.
{
  url,
  name ? baseNameOf (toString url),
  system ? "",
  hash ? "",
  sha512 ? "",
  sha1 ? "",
  md5 ? "",
  sha256 ? "",
  # The first of the hashes above that is given; `sha256` if none is.
  outputHash ? builtins.head (
    builtins.filter (digits: digits != "") [
      hash
      sha512
      sha1
      md5
    ]
    ++ [ sha256 ]
  ),
  outputHashAlgo ?
    if hash != "" then
      ""
    else if sha512 != "" then
      "sha512"
    else if sha1 != "" then
      "sha1"
    else if md5 != "" then
      "md5"
    else
      "sha256",
  executable ? false,
  unpack ? false,
  impure ? false,
}:

derivation (
  {
    inherit
      name
      url
      executable
      unpack
      ;
    urls = [ url ];
    system = "builtin";
    builder = "builtin:fetchurl";
    outputHashMode = if executable || unpack then "recursive" else "flat";
    preferLocalBuild = true;
    impureEnvVars = map (protocol: "${protocol}_proxy") [
      "http"
      "https"
      "ftp"
      "all"
      "no"
    ];
  }
  // (if impure then { __impure = true; } else { inherit outputHash outputHashAlgo; })
)
