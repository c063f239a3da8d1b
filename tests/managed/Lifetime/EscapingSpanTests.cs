using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace MmapIo.Tests;

/// <summary>
/// What a lease hands out cannot leave the scope of the variable that holds it: the compiler refuses.
/// </summary>
public sealed partial class EscapingSpanTests : IDisposable
{
    private const string ForReading = "using MapLease lease = map.Lease();";
    private const string ForWriting = "using MapWriteLease lease = map.LeaseForWrite();";

    /// <summary>Methods, one a line, that would let somebody touch what is not mapped any more.</summary>
    private static readonly string[] s_escapes =
    [
        $"ReadOnlySpan<byte> A(MemoryMap map) {{ {ForReading} return lease.Span; }}",
        $"ReadOnlySpan<byte> B(MemoryMap map) {{ {ForReading} return lease.Slice(0, 1); }}",
        "ReadOnlySpan<byte> C(MemoryMap map) => map.Lease().Span;",
        $"byte D(MemoryMap map) {{ ReadOnlySpan<byte> span; {{ {ForReading} span = lease.Span; }} return span[0]; }}",
        $"Func<byte> E(MemoryMap map) {{ {ForReading} return () => lease[0]; }}",
        "object F(MemoryMap map) => map.Lease();",
        $"Span<byte> G(MemoryMap map) {{ {ForWriting} return lease.Span; }}",
        $"Span<byte> H(MemoryMap map) {{ {ForWriting} return lease.Slice(0, 1); }}",
        $"ref byte I(MemoryMap map) {{ {ForWriting} return ref lease[0]; }}",
        $"byte J(MemoryMap map) {{ Span<byte> span; {{ {ForWriting} span = lease.Span; }} return span[0]; }}",
        $"MappedReadOnlySpan<int> K(MemoryMap map) {{ {ForReading} return lease.As<int>(); }}",
        $"MappedReadOnlySpan<int> L(MemoryMap map) {{ {ForReading} return lease.As<int>().Slice(0, 1); }}",
        $"ReadOnlySpan<int> M(MemoryMap map) {{ {ForReading} return lease.As<int>().Span(0, 1); }}",
        $"ref readonly int N(MemoryMap map) {{ {ForReading} return ref lease.As<int>()[0]; }}",
        $"ReadOnlySpan<int> O(MemoryMap map) {{ {ForReading} foreach (var part in lease.As<int>().Chunks(1)) {{ return part; }} return default; }}",
        $"MappedSpan<int> P(MemoryMap map) {{ {ForWriting} return lease.As<int>(); }}",
        $"Span<int> Q(MemoryMap map) {{ {ForWriting} return lease.As<int>().Slice(0, 1).Span(0, 1); }}",
        $"ref int R(MemoryMap map) {{ {ForWriting} return ref lease.As<int>()[0]; }}",
        $"MappedReadOnlySpan<int> S(MemoryMap map) {{ {ForWriting} return lease.As<int>().AsReadOnly(); }}",
        $"async System.Threading.Tasks.Task<byte> X(MemoryMap map) {{ {ForReading} await System.Threading.Tasks.Task.Yield(); return lease[0]; }}",
    ];

    /// <summary>Proper uses, to see that the lines above are refused for what they do.</summary>
    private static readonly string[] s_uses =
    [
        $"byte U(MemoryMap map) {{ {ForReading} ReadOnlySpan<byte> span = lease.Span; return span[0]; }}",
        $"byte V(MemoryMap map) {{ {ForReading} return lease.Slice(0, 1)[0]; }}",
        $"int Y(MemoryMap map) {{ {ForReading} MappedReadOnlySpan<int> span = lease.As<int>().Slice(1, 2); return span[0] + span.Span(1, 1)[0]; }}",
        "int Z(MemoryMap map) { int n = 0; foreach (ReadOnlySpan<byte> line in map.Lines()) { n += line.Length; } return n; }",
        $"void W(MemoryMap map) {{ {ForWriting} lease.Span.Clear(); lease[0]++; ref byte at = ref lease[1]; at++; }}",
    ];

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Every_escape_is_an_error_and_no_proper_use_is() =>
        Assert.Equal(s_escapes, RefusedOf([.. s_uses, .. s_escapes]));

    /// <summary>Apart from the others: here it is foreach, and not the caller, who holds the lease.</summary>
    [Fact]
    public void A_line_cannot_leave_the_block_of_its_loop()
    {
        string[] escapes =
        [
            "ReadOnlySpan<byte> A(MemoryMap map) { foreach (var line in map.Lines()) { return line; } return default; }",
            "ReadOnlySpan<byte> B(MemoryMap map) { foreach (var line in map.Lines(default)) { return line; } return default; }",
            "ReadOnlySpan<byte> C(MemoryMap map) { var lines = map.Lines(); foreach (var line in lines) { return line; } return default; }",
            "void D(MemoryMap map) { ReadOnlySpan<byte> kept = default; foreach (var line in map.Lines()) { kept = line; } }",
            "void E(MemoryMap map) { scoped ReadOnlySpan<byte> kept = default; { foreach (var line in map.Lines()) { kept = line; } } }",
            "void F(MemoryMap map) { scoped ReadOnlySpan<byte> kept = default; using (var at = map.Lines().GetEnumerator()) { kept = at.Current; } }",
            "MapLines G(MemoryMap map) => map.Lines();",
        ];
        Assert.Equal(escapes, RefusedOf(escapes));
    }

    /// <summary>A scope of somebody's own would let lines go to where that lives.</summary>
    [Theory]
    [InlineData("static MapScope s_scope; ReadOnlySpan<byte> A(MemoryMap map) { foreach (var line in map.Lines(in s_scope)) { return line; } return default; }")]
    [InlineData("ReadOnlySpan<byte> B(MemoryMap map, in MapScope scope) { foreach (var line in map.Lines(in scope)) { return line; } return default; }")]
    [InlineData("MapLines C(MemoryMap map, ref MapScope scope) => map.Lines(in scope);")]
    [InlineData("MapScope[] _scopes = new MapScope[1];")]
    [InlineData("object D() => new MapScope();")]
    public void Nobody_has_a_scope_to_let_lines_out_by(string escape) => Assert.Equal([escape], RefusedOf([escape]));

    /// <summary>
    /// What the language does not see: the lines of a loop may live as long as the block it is in. That is why whoever
    /// keeps one takes a lease around the loop (see <see cref="MapLines"/>), and what an analyzer would have to look for.
    /// </summary>
    [Fact]
    public void A_local_that_is_confined_to_the_block_of_the_loop_can_keep_a_line()
    {
        Assert.Empty(RefusedOf(
        [
            "void A(MemoryMap map) { scoped ReadOnlySpan<byte> kept = default; foreach (var line in map.Lines()) { kept = line; } }",
            "void B(MemoryMap map) { ReadOnlySpan<byte> kept = stackalloc byte[1]; foreach (var line in map.Lines()) { kept = line; } }",
        ]));
    }

    /// <summary>Which of the methods the compiler finds an error in.</summary>
    private string[] RefusedOf(string[] methods)
    {
        string source = _scratch.At("Case.cs");
        File.WriteAllLines(source, ["using System; using MmapIo; class Case {", .. methods, "}"]);
        string said = Compile(source);
        IEnumerable<int> lines = ErrorLine().Matches(said)
            .Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        return [.. lines.Distinct().Order().Select(line => methods[line - 2])];
    }

    /// <summary>With the compiler of the SDK, which is around where tests are built.</summary>
    private string Compile(string source)
    {
        string framework = RuntimeEnvironment.GetRuntimeDirectory();
        string root = Path.GetFullPath(Path.Combine(framework, "..", "..", ".."));
        string sdks = Path.Combine(root, "sdk");
        string[] compilers = Directory.Exists(sdks)
            ? Directory.GetFiles(sdks, "csc.dll", SearchOption.AllDirectories) : [];
        Assert.SkipWhen(compilers.Length == 0, "there is no .NET SDK beside the runtime, and so no compiler to ask");
        string[] arguments =
        [
            compilers.Order(StringComparer.Ordinal).Last(),
            "-nologo",
            "-noconfig",
            "-nostdlib",
            "-target:library",
            $"-out:{_scratch.At("case.dll")}",
            $"-r:{Path.Combine(framework, "System.Private.CoreLib.dll")}",
            $"-r:{Path.Combine(framework, "System.Runtime.dll")}",
            $"-r:{typeof(MemoryMap).Assembly.Location}",
            source,
        ];
        var start = new ProcessStartInfo(Path.Combine(root, "dotnet"), arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said;
    }

    [GeneratedRegex(@"Case\.cs\((\d+),\d+\): error (CS|MMAPIO)")]
    private static partial Regex ErrorLine();
}
