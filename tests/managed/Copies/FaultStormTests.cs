using MmapIo.Storms;

namespace MmapIo.Tests;

/// <summary>Faults while the runtime does all it does with signals and threads of its own.</summary>
[Collection(nameof(Storm))]
public sealed class FaultStormTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Faults_are_survived_under_collections_exceptions_and_tasks()
    {
        Needs.Posix("Windows does not shorten a mapped file");
        int faults = Effort.Of(20_000, 110_000);
        ulong before = Interop.mmapio_guard_faults();
        TestContext.Current.TestOutputHelper?.WriteLine(FaultStorm.Run(_scratch.At("cut"), faults));
        Assert.True(Interop.mmapio_guard_faults() - before >= (ulong)faults);
    }
}
