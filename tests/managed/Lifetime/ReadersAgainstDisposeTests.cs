using MmapIo.Storms;

namespace MmapIo.Tests;

/// <summary>Readers that never stop, and maps that go away under them.</summary>
[Collection(nameof(Storm))]
public sealed class ReadersAgainstDisposeTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void No_reader_crashes_and_no_mapping_is_left() => TestContext.Current.TestOutputHelper?.WriteLine(
        DisposalStorm.Run(_scratch.At("disposed"), Effort.Of(5_000, 50_000)));
}
