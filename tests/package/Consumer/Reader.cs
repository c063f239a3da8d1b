// A stranger's first program: map a file, read it both ways the README shows, print what was seen.
using MmapIo;

using MemoryMap map = MemoryMap.Open(args[0]);
Console.WriteLine($"length {map.Length}");
Console.WriteLine($"first {map.Read<byte>(0)}");
Console.WriteLine($"last {map.Read<byte>(map.Length - 1)}");

using var lease = map.Lease();
long sum = 0;
foreach (byte value in lease.Span)
{
    sum += value;
}

Console.WriteLine($"sum {sum}");
