namespace MmapIo.Tests;

/// <summary>One writer and eight readers, each a process of its own, with one sparse file of 8 GiB mapped.</summary>
public sealed class ManyProcessesTests : IDisposable
{
    private const long Length = 8L << 30;
    private const int Readers = 8;

    private readonly Scratch _scratch = new();
    private readonly string _path;

    public ManyProcessesTests()
    {
        Needs.Posix("Wine and the runtime under it take minutes to start nine programs");
        _path = _scratch.Sparse(Length);
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void All_see_at_once_what_one_writes_anywhere()
    {
        using Child writer = StartWriter();
        using Crowd readers = StartReaders();
        for (int i = 0; i < 64; i++)
        {
            long place = (i * (Length / 64)) + (i * 8);
            Assert.Equal("written", writer.Ask($"write {place} {i + 1}"));
            readers.AllSay($"{i + 1}", $"read {place}");
        }
        writer.Finish();
        readers.Finish();
    }

    [Fact]
    public void What_they_share_is_in_memory_once()
    {
        const long Start = 5L << 30;
        const long Shared = 64L << 20;
        Needs.Linux("other systems do not tell the proportional share of a process");
        using Child writer = StartWriter();
        using Crowd readers = StartReaders();
        Assert.Equal("filled", writer.Ask($"fill {Start} {Shared} 77"));
        readers.AllSay($"{Shared}", $"count {Start} {Shared} 77");

        (long Resident, long Proportional)[] costs = [.. readers.Ask("cost").Append(writer.Ask("cost")).Select(Cost)];

        // Each process has all of it, and accounts for its share of it: the shares make up the whole. The kernel may
        // round shares within a large folio, and maps some neighbours of what is touched.
        Assert.All(costs, cost => Assert.InRange(cost.Resident, Shared, Shared + (Shared / 8)));
        Assert.InRange(costs.Sum(cost => cost.Proportional), Shared - (Shared / 8), Shared + (Shared / 8));
        writer.Finish();
        readers.Finish();
    }

    [Fact]
    public void A_writer_that_is_killed_loses_nothing_and_disturbs_nobody()
    {
        using Crowd readers = StartReaders();
        using (Child writer = StartWriter())
        {
            for (int i = 0; i < 64; i++)
            {
                writer.Ask($"write {i * (Length / 64)} {-i - 1}");
            }
            writer.KillAtOnce();
        }
        using Child successor = StartWriter();
        for (int i = 0; i < 64; i++)
        {
            readers.AllSay($"{-i - 1}", $"read {i * (Length / 64)}");
        }
        Assert.Equal("written", successor.Ask("write 0 5"));
        readers.AllSay("5", "read 0");
        successor.Finish();
        readers.Finish();
    }

    [Fact]
    public void A_stranger_who_cuts_the_file_off_kills_nobody()
    {
        const long Kept = Length / 2;
        Needs.Capability(MemoryMap.Capabilities.CanZeroFillOnFault, "let leases survive a fault");
        using Child writer = StartWriter();
        using Crowd readers = StartReaders();
        Assert.Equal("filled", writer.Ask($"fill {Kept - 4096} 8192 77"));
        readers.AllSay("8192", $"count {Kept - 4096} 8192 77");
        readers.AllSay("False", "torn");

        Cut.To(_path, Kept);

        readers.AllSay("False 4096", $"copy {Kept - 4096} 8192");
        readers.AllSay("False", "torn");
        readers.AllSay("4096", $"count {Kept - 4096} 8192 77");
        readers.AllSay("True", "torn");
        Assert.Equal("filled", writer.Ask($"fill {Kept - 4096} 8192 78"));
        readers.AllSay("4096", $"count {Kept - 4096} 4096 78");
        readers.AllSay($"{Length}", "length");
        Assert.Equal(Kept, new FileInfo(_path).Length);
        writer.Finish();
        readers.Finish();
    }

    private static (long, long) Cost(string answer) =>
        ChildParts.Numbers(answer) is [long resident, long proportional] ? (resident, proportional) : default;

    private Child StartWriter() => Child.Start(DataSetParts.User, _path, nameof(MapAccess.ReadWrite));

    private Crowd StartReaders() =>
        new([.. Enumerable.Range(0, Readers).Select(_ => Child.Start(DataSetParts.User, _path, nameof(MapAccess.Read)))]);

    private sealed class Crowd(Child[] members) : IDisposable
    {
        public string[] Ask(string line) => [.. members.Select(member => member.Ask(line))];

        public void AllSay(string expected, string line) => Assert.All(Ask(line), said => Assert.Equal(expected, said));

        public void Finish() => Array.ForEach(members, member => member.Finish());

        public void Dispose() => Array.ForEach(members, member => member.Dispose());
    }
}
