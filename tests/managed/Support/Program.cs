using System.Runtime.CompilerServices;
using Xunit.Runner.InProc.SystemConsole;

namespace MmapIo.Tests;

/// <summary>Runs the tests, or plays the part of the other process in one of them.</summary>
internal static class Program
{
    public static int Main(string[] args) =>
        args is [Child.Marker, string part, .. string[] rest] ? ChildParts.Play(part, rest) : RunTests(args);

    /// <summary>Apart from Main, because a child may run where there is no xunit beside it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int RunTests(string[] args) => ConsoleRunner.Run(args).GetAwaiter().GetResult();
}
