namespace MmapIo.Tests;

/// <summary>Two processes that map one file.</summary>
public sealed class SharedFileTests : IDisposable
{
    private const int Length = 100_000;

    private readonly Scratch _scratch = new();
    private readonly string _path;

    public SharedFileTests() => _path = _scratch.Sparse(Length);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_the_other_process_writes_is_seen_at_once()
    {
        using MemoryMap map = MemoryMap.Open(_path);
        using MapLease lease = map.Lease();
        using Child writer = Child.Start(ChildParts.Writer, _path);
        for (int i = 0; i < 100; i++)
        {
            long place = i * 991;
            Assert.Equal("written", writer.Ask($"{place} {long.MaxValue - i}"));
            Assert.Equal(long.MaxValue - i, map.Read<long>(place));
            Assert.Equal(long.MaxValue - i, lease.Read<long>(place));
        }
        writer.Finish();
    }

    [Fact]
    public void What_is_written_here_the_other_process_sees_at_once()
    {
        using MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        using Child reader = Child.Start(ChildParts.Reader, _path);
        for (int i = 0; i < 100; i++)
        {
            long place = i * 997;
            map.Write(place, -i - 1L);
            Assert.Equal($"{-i - 1}", reader.Ask($"{place}"));
        }
        reader.Finish();
    }

    [Fact]
    public void A_process_that_is_killed_loses_nothing_it_had_written()
    {
        using (Child writer = Child.Start(ChildParts.Writer, _path))
        {
            for (int i = 0; i < 100; i++)
            {
                writer.Ask($"{i * 1000} {i + 1}");
            }
            writer.KillAtOnce();
        }
        using MemoryMap map = MemoryMap.Open(_path);
        byte[] file = File.ReadAllBytes(_path);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(i + 1, map.Read<long>(i * 1000));
            Assert.Equal(i + 1, BitConverter.ToInt64(file, i * 1000));
        }
    }

    [Fact]
    public void A_copy_on_write_map_is_not_seen_by_the_other_process()
    {
        using MemoryMap copy = MemoryMap.Open(_path, MapAccess.CopyOnWrite);
        using Child reader = Child.Start(ChildParts.Reader, _path);
        copy.Write(8, 1L);
        Assert.Equal("0", reader.Ask("8"));
        reader.Finish();
    }
}
