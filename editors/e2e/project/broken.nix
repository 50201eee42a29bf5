{
  fine = 1;
  wrong = 1 + oops;
}
