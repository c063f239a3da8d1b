namespace MmapIo.Tests;

/// <summary>The meter "MmapIo", in a process of its own, where nobody else maps, leases or faults.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Maps_bytes_leases_faults_and_flushes_are_told()
    {
        Needs.Posix("Windows does not shorten a mapped file");
        int longer = 3 * Environment.SystemPageSize;
        using Child child = Child.Start(GuardedParts.Meter, _scratch.Patterned(5000));
        Assert.Equal(
            [
                "one map: 1 5000 0 0 0",
                "two leases: 1 5000 2 0 0",
                "a pin and a rental: 1 5000 2 0 0",
                $"longer: 1 {longer} 0 0 0",
                "closed: 0 0 0 2 0",
                "dropped: 0 0 0 2 1",
                "mmapio.flush.duration:durable mmapio.flush.duration:sync True",
            ],
            child.Finish());
    }

    /// <summary>Each of three flushes calls the listener once, which makes the map 2,000 bytes longer. One that throws when
    /// it hears of one hears of each of the seven instruments.</summary>
    [Theory]
    [InlineData("uses the map", 3, 0)]
    [InlineData("throws", 3, 3)]
    [InlineData("published", 0, 7)]
    public void A_listener_may_use_the_map_and_what_it_throws_is_counted(string how, int calls, int failures)
    {
        using Child child = Child.Start(GuardedParts.BadListener, _scratch.Patterned(5000), how);
        Assert.Equal([$"{calls} {5000 + (calls * 2000)} {failures}"], child.Finish());
    }
}
