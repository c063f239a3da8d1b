namespace MmapIo.Tests;

/// <summary>What another process does in tests about caches and lost writes. Nothing here may need xunit.</summary>
internal static class CacheParts
{
    /// <summary>Flushes a file of four pages through a system that fails to write just two of them.</summary>
    public const string Loser = "loser";

    /// <summary>Asks what is in memory of a file that it does not map, evicts it, and reads it ahead.</summary>
    public const string Asker = "asker";

    public static int Play(string part, string[] arguments)
    {
        switch (part)
        {
            case Loser:
                Lose(arguments[0]);
                return 0;
            case Asker:
                ChildParts.Say(() => Console.WriteLine(MapFile.GetResidency(arguments[0]).IsKnown));
                ChildParts.Say(() => Console.WriteLine(MapFile.Evict(arguments[0]).IsKnown));
                ChildParts.Say(() => MapFile.PrefetchAsync(arguments[0]).AsTask().GetAwaiter().GetResult());
                return 0;
            default:
                return OpenParts.Play(part, arguments);
        }
    }

    private static void Lose(string path)
    {
        int page = Environment.SystemPageSize;
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        if (!Linux.FailFlushesOf(2 * page))
        {
            Console.WriteLine("skip");
            return;
        }
        ChildParts.Say(() => map.Flush(FlushMode.Sync, 0, page));
        ChildParts.Say(() => map.Flush(FlushMode.Sync, 0, 2 * page));
        ChildParts.Say(() => map.Flush(FlushMode.Sync, 0, page));
        ChildParts.Say(() => Mmap.Sync(map, blocking: true));
        ChildParts.Say(() => map.FlushAsync(FlushMode.Durable).AsTask().GetAwaiter().GetResult());
        ChildParts.Say(() => map.Evict());
        ChildParts.Say(() => map.Flush(FlushMode.Async));
        ChildParts.Say(map.AcknowledgeLoss);
        ChildParts.Say(() => map.Flush(FlushMode.Durable));
    }
}
