namespace MmapIo.Tests;

/// <summary>What the calls leave to the garbage collector: nothing, but for the map itself.</summary>
public sealed class GarbageTests : IDisposable
{
    private const int Times = 1000;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Opening_and_disposing_leaves_the_map_and_its_lock()
    {
        Needs.Posix("on Windows, files are opened through a handle on the heap");
        string path = _scratch.Patterned(65536);
        Assert.InRange(BytesOf(() => Read(MemoryMap.Open(path))), 1, 160);

        static void Read(MemoryMap map)
        {
            using (map)
            {
                using MapLease lease = map.Lease();
                Assert.True(lease[1] != lease[2]);
            }
        }
    }

    [Fact]
    public void Using_a_map_leaves_nothing()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(65536), MapAccess.ReadWrite);
        byte[] buffer = new byte[64];
        bool[] pages = new bool[map.PageCount];
        Assert.Equal(0, BytesOf(() => map.Write(8, map.Read<long>(16))));
        Assert.Equal(0, BytesOf(() => map.Add(24, 1L)));
        Assert.Equal(0, BytesOf(() => map.TryRead(100, buffer, out _)));
        Assert.Equal(0, BytesOf(() => map.TryWrite(200, buffer, out _)));
        Assert.Equal(0, BytesOf(() => map.Advise(MapAdvice.Sequential, 4096, 8192)));
        Assert.Equal(0, BytesOf(() => map.Flush(FlushMode.Async, 0, 4096)));
        Assert.Equal(0, BytesOf(() => map.GetResidency()));
        Assert.Equal(0, BytesOf(() => map.GetResidency(pages)));
    }

    [Fact]
    public void A_lease_leaves_nothing()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(65536), MapAccess.ReadWrite);
        Assert.Equal(0, BytesOf(() =>
        {
            using MapLease outer = map.Lease();
            using MapWriteLease inner = map.LeaseForWrite(0, 100);
            MappedSpan<int> numbers = inner.As<int>().Slice(1, 20);
            numbers[3] = outer.Read<int>(400) + outer.Span[7];
            numbers.Fill(7);
            Assert.True(numbers.Contains(7));
        }));
        Assert.Equal(0, BytesOf(() =>
        {
            foreach (ReadOnlySpan<byte> line in map.Lines())
            {
                Assert.True(line.Length >= 0);
            }
        }));
    }

    /// <summary>Of each time, once everything is warm.</summary>
    private static long BytesOf(Action action)
    {
        long least = long.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Times; i++)
            {
                action();
            }
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / Times);
        }
        return least;
    }
}
