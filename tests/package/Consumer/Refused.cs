// A program whose native library cannot be used: what its first calls say, one line each.
using MmapIo;

foreach (Func<MemoryMap> open in (Func<MemoryMap>[])[() => MemoryMap.Open(args[0]), () => MemoryMap.CreateAnonymous(1)])
{
    try
    {
        using MemoryMap map = open();
        Console.WriteLine($"mapped {map.Length}");
    }
    catch (Exception e)
    {
        Console.WriteLine($"{e.GetType()}: {e.Message.ReplaceLineEndings(" ")}");
    }
}
