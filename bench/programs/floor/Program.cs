using Carousel.Bench.Floor;

// floor PORT SERVER-PORT...
int[] ports = Array.ConvertAll(args, int.Parse);
return new Loop(ports[1..]).Run(ports[0]);
