using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>
/// Every example of the README and the guide is what a user finds who pastes it into a new console project: a program that
/// compiles without a warning, and prints what it says.
/// </summary>
public sealed class ExamplesTests : IDisposable
{
    private const string Readme = "README.md";
    private const string Guide = "guide.md";

    /// <summary>What an example cannot do without, by its place.</summary>
    private static readonly Dictionary<string, Action> s_needs = new()
    {
        ["Read ahead, and drop 2"] = () => Needs.Capability(MemoryMap.Capabilities.CanEvictFiles, "evict files"),
        ["Survive what others do"] = () => Needs.Posix("Windows lets nobody shorten a mapped file"),
        ["Share memory"] = () => Needs.Capability(MemoryMap.Capabilities.CanShareByName, "share memory by name"),
        ["Spans that survive"] = () =>
            Needs.Capability(MemoryMap.Capabilities.CanZeroFillOnFault, "let leases survive a fault"),
        ["Lock and protect"] = () =>
            Needs.Capability(MemoryMap.Capabilities.CanLockOnFault, "lock pages as they arrive"),
        ["Pass memory on, sealed"] = () => Needs.Capability(MemoryMap.Capabilities.CanSeal, "seal memory"),
        ["Huge pages and guard pages"] = () =>
            Needs.Capability(MemoryMap.Capabilities.CanSetGuardPages, "put guard pages around a map"),
    };

    private readonly Scratch _scratch = new();

    public static TheoryData<string, string> Places { get; } = new(
        from document in new[] { Readme, Guide }
        from example in Example.In(document)
        select (document, example.Place));

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Places))]
    public void It_compiles_as_it_stands_and_prints_what_it_says(string document, string place)
    {
        Example example = Example.In(document).Single(each => each.Place == place);
        string program = Compiled(example);
        Assert.NotEmpty(example.Prints);
        s_needs.GetValueOrDefault(place)?.Invoke();
        AssertPrints(example.Prints, Run(program));
    }

    [Fact]
    public void What_an_example_needs_is_said_of_one_that_is_there() =>
        Assert.Subset(Places.Select(row => row.Data.Item2).ToHashSet(), s_needs.Keys.ToHashSet());

    /// <summary>A file with holes, on a disk: what is read of one in memory would become memory.</summary>
    [Fact]
    public void The_first_one_counts_beyond_what_a_span_can_hold()
    {
        const long Length = (1L << 31) + 12_345;
        string program = Compiled(Example.In(Readme)[0]);
        using var disk = Scratch.OnDisk();
        string path = disk.Sparse(Length);
        using (SafeFileHandle file = Files.Open(path, FileAccess.Write))
        {
            Array.ForEach([0, (1L << 31) - 1, Length - 1], place => RandomAccess.Write(file, "\n"u8, place));
        }
        Assert.Equal([$"3 lines in {Length} bytes"], Run(program, path));
    }

    private static void AssertPrints(string[] expected, string[] printed)
    {
        Assert.True(expected.Length == printed.Length, $"it prints\n{string.Join('\n', printed)}");
        Assert.All(expected.Zip(printed), line => Assert.Matches(line.First, line.Second));
    }

    private string Compiled(Example example)
    {
        string program = _scratch.At("Example.dll");
        Assert.Equal("", string.Join('\n', Compiler.Compile(example.Source, program)));
        return program;
    }

    /// <summary>In a process of its own, in a folder of its own.</summary>
    private static string[] Run(string program, params string[] arguments)
    {
        using var child = Child.Start(ChildParts.ExampleRunner, [program, .. arguments]);
        return child.Finish();
    }
}
