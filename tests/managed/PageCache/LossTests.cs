namespace MmapIo.Tests;

/// <summary>Writes that are lost, and <see cref="MemoryMap.AcknowledgeLoss"/>.</summary>
public sealed class LossTests
{
    [Fact]
    public void A_loss_is_told_until_it_is_acknowledged()
    {
        Needs.Linux("the failure is made by a seccomp filter");
        using Scratch scratch = new();
        string path = scratch.Patterned(4 * MemoryMap.PageSize);
        using Child child = Child.Start(CacheParts.Loser, path);
        string[] said = child.Finish();
        Assert.SkipWhen(said[0] == "skip", "this process may not filter its system calls");
        string lost = $"MmapIoException|DurabilityLost|msync|Cannot flush '{path}': earlier writes to this file were "
            + "lost by a failed writeback (msync: errno 5, Input/output error).";
        string[] expected =
        [
            "fine",
            $"MmapIoException|Io|msync|Cannot flush '{path}': the device reported an input/output error "
                + "(msync: errno 5, Input/output error).",
            lost,
            lost,
            lost,
            lost.Replace("flush", "evict", StringComparison.Ordinal),
            "fine",
            "fine",
            "fine",
        ];
        Assert.Equal(expected, said);
    }

    [Fact]
    public void Without_a_loss_there_is_nothing_to_acknowledge()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(1);
        map.AcknowledgeLoss();
        map.Flush();
    }
}
