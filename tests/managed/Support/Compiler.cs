using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MmapIo.Tests;

/// <summary>The compiler, as `dotnet build` calls it for a project that `dotnet new console` has just made.</summary>
internal static class Compiler
{
    private static readonly CSharpParseOptions s_language = new(LanguageVersion.CSharp14);

    private static readonly CSharpCompilationOptions s_options =
        new(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable);

    /// <summary>What the SDK puts before every such program.</summary>
    private static readonly SyntaxTree s_implicitUsings = CSharpSyntaxTree.ParseText(
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """,
        s_language);

    /// <summary>The framework as this process runs on it, in its own folder or beside the tests, and the library.</summary>
    private static readonly Lazy<MetadataReference[]> s_references = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file).StartsWith("System.", StringComparison.Ordinal))
            .Append(typeof(MemoryMap).Assembly.Location)
            .Select(file => MetadataReference.CreateFromFile(file)),
    ]);

    /// <summary>Compiles a program.</summary>
    /// <param name="source">Its Program.cs.</param>
    /// <param name="assembly">The file to make. Its name without the ending becomes that of the assembly.</param>
    /// <returns>What the compiler objects to: errors, warnings, and usings that nothing needs.</returns>
    public static string[] Compile(string source, string assembly)
    {
        SyntaxTree program = CSharpSyntaxTree.ParseText(source, s_language, "Program.cs");
        var compilation = CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(assembly), [s_implicitUsings, program], s_references.Value, s_options);
        using FileStream file = File.Create(assembly);
        return
        [
            .. compilation.Emit(file).Diagnostics
                .Where(each => each.Severity >= DiagnosticSeverity.Warning || IsUnneededUsing(each, program))
                .Select(each => each.ToString()),
        ];
    }

    private static bool IsUnneededUsing(Diagnostic each, SyntaxTree program) =>
        each.Id == "CS8019" && each.Location.SourceTree == program;
}
